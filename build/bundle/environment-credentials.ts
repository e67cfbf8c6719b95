import { fromEnv } from '@aws-sdk/credential-provider-env';

/**
 * Stands in for `@aws-sdk/credential-provider-node`, the SDK's search for credentials, which looks at the environment
 * first. Lambda puts them there; only functions with SnapStart, which Node.js has not, get them in another way.
 * https://docs.aws.amazon.com/lambda/latest/dg/snapstart-best-practices.html
 */
export const defaultProvider = fromEnv;
