/**
 * Stands in for the SDK's reader of `~/.aws/config` and `~/.aws/credentials`, which Lambda has not. Settings of the
 * environment, as AWS_ENDPOINT_URL_ROUTE_53, are read elsewhere.
 */
export const loadSharedConfigFiles = async () => ({ configFile: {}, credentialsFile: {} });

export const CONFIG_PREFIX_SEPARATOR = '.';
