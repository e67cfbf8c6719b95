const LEFT_OUT = 'is left out of the bundle (see scripts/bundle/replacements.ts).';

/** Stands in for the parts of a package that the function does not use. They may be constructed, no more. */
class Unused {
  constructor() {
    // biome-ignore lint/correctness/noConstructorReturn: whoever uses it nevertheless must hear of it at once.
    return new Proxy(this, {
      get(_, property) {
        throw new Error(`${String(property)} ${LEFT_OUT}`);
      },
    });
  }
}

function unused(): never {
  throw new Error(`This part of the SDK ${LEFT_OUT}`);
}

// Of the Consul client.
// Of the SDK: events of streams and their signing, a digest without Node's crypto, streams as answers, the
// region of a virtual machine, and S3.
export {
  Unused as Acl,
  Unused as Agent,
  Unused as Catalog,
  Unused as Event,
  Unused as Kv,
  Unused as Query,
  Unused as Session,
  Unused as Status,
  Unused as Transaction,
  Unused as Watch,
  Unused as EventStreamSerde,
  Unused as HeaderFormatter,
  Unused as Sha256Js,
  unused as eventStreamSerdeProvider,
  unused as getInstanceMetadataRegion,
  unused as resolveParamsForS3,
  unused as sdkStreamMixin,
};
