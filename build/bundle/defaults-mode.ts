/**
 * Stands in for the SDK's reading of AWS_DEFAULTS_MODE, which decides on timeouts and on retries: ours are our own.
 * `legacy` is what the SDK takes where nothing is said.
 */
export const resolveDefaultsModeConfig = () => async () => 'legacy';
