/**
 * What the bundle has in the place of `@aws-sdk/credential-provider-node`, the SDK's search for credentials in files,
 * with SSO, STS and metadata services. Lambda puts them in the environment; only functions with SnapStart, which
 * Node.js has not, get them in another way.
 * https://docs.aws.amazon.com/lambda/latest/dg/snapstart-best-practices.html
 */
export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';
