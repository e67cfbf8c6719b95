/**
 * A body without a secret that was sent for it: whatever stands between us and Consul may repeat what it was sent, and
 * what is cut to a length later would no longer be found there whole.
 *
 * @param body as it was decoded: only texts and bytes are ever told.
 * @param name what to say in its place.
 */
export function redacted(body: unknown, secret: string | undefined, name = 'the token'): unknown {
  if (secret === undefined) return body;
  const text = Buffer.isBuffer(body) ? body.toString() : body;
  return typeof text === 'string' && text.includes(secret) ? text.replaceAll(secret, `(${name})`) : body;
}
