interface Parameters {
  readonly Endpoint?: string | undefined;
  readonly UseFIPS?: boolean;
  readonly UseDualStack?: boolean;
}

/**
 * Stands in for the SDK's rules of Route 53's endpoints in all partitions of AWS: the region of our clients is always
 * us-east-1, which leaves these.
 */
export function defaultEndpointResolver({ Endpoint, UseFIPS, UseDualStack }: Parameters) {
  if (Endpoint !== undefined) {
    if (UseFIPS) throw new Error('Invalid Configuration: FIPS and custom endpoint are not supported');
    if (UseDualStack)
      throw new Error('Invalid Configuration: Dualstack and custom endpoint are not supported');
    return { url: new URL(Endpoint), properties: {}, headers: {} };
  }
  const host = `route53${UseFIPS ? '-fips' : ''}.${UseDualStack ? 'global.api.aws' : 'amazonaws.com'}`;
  return {
    url: new URL(`https://${host}`),
    properties: { authSchemes: [{ name: 'sigv4', signingRegion: 'us-east-1' }] },
    headers: {},
  };
}
