/**
 * A body without a secret that was sent in the request: a proxy between us and Consul may repeat it. This comes before
 * texts are cut to a length, since a secret that was cut would not be found any more.
 *
 * @param body as it was decoded: only texts and bytes are ever told.
 * @param name what to say in its place.
 */
export function redacted(body: unknown, secret: string | undefined, name = 'the token'): unknown {
  if (secret === undefined) return body;
  const text = Buffer.isBuffer(body) ? body.toString() : body;
  return typeof text === 'string' && text.includes(secret) ? text.replaceAll(secret, `(${name})`) : body;
}
