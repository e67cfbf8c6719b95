// What the function uses of the SDK; test/build/bundle-sdk.test.ts bundles it as the function is bundled.
export {
  ChangeResourceRecordSetsCommand,
  GetHostedZoneCommand,
  ListResourceRecordSetsCommand,
} from '@aws-sdk/client-route-53';
export { route53Client } from '../../src/route53/client.ts';
export { toRecordStoreError } from '../../src/route53/store-error.ts';
