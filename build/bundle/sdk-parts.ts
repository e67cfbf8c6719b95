export {
  Unused as EventStreamSerde,
  Unused as HeaderFormatter,
  Unused as Sha256Js,
  unused as eventStreamSerdeProvider,
  unused as getInstanceMetadataRegion,
  unused as resolveParamsForS3,
  unused as sdkStreamMixin,
} from './unused.ts';
