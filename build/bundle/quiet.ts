/**
 * Stands in for what the SDK does around a request without a change to it or to its answer: a log of its own, which
 * would be given nowhere, but for which it goes through each input and output; extensions, of which there are none;
 * and what it tells AWS about the features in use.
 */
export const getLoggerPlugin = () => ({ applyToStack: () => undefined });
export const resolveRuntimeExtensions = <Config>(config: Config): Config => config;
export const checkFeatures = async (): Promise<void> => undefined;

/** Used by that log only. */
export {
  unused as loggerMiddleware,
  unused as loggerMiddlewareOptions,
  unused as schemaLogFilter,
} from './unused.ts';
