/** What came back over HTTP, without what was sent in the request and is secret. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Decoded if it was JSON, otherwise a text; absent if there was none. */
  readonly body: unknown;
}

/** A response header, `undefined` where there is none. */
export function headerOf(answer: Answer | undefined, name: string): string | undefined {
  return answer?.headers[name];
}

/** Consul 1.11 and newer say so when an answer to a token was filtered. */
export function isFiltered(answer: Answer | undefined): boolean {
  return headerOf(answer, 'x-consul-results-filtered-by-acls') === 'true';
}

/** What is allowed where no rule says otherwise, `allow` or `deny`; older versions do not tell. */
export function defaultPolicyOf(answer: Answer | undefined): string | undefined {
  return headerOf(answer, 'x-consul-default-acl-policy');
}

/** Whether Consul would say that it filtered an answer: those that name their default policy do. */
export function admitsFiltering(answer: Answer | undefined): boolean {
  return defaultPolicyOf(answer) !== undefined;
}

/** The list in an answer, `undefined` if there is none. */
export function listIn(answer: Answer | undefined): readonly unknown[] | undefined {
  return answer?.status === 200 && Array.isArray(answer.body) ? answer.body : undefined;
}

/** Whether `/v1/catalog/services` lists a service, in lower case as Consul compares them. */
export function isListed(services: Answer | undefined, service: string): boolean {
  const { status, body } = services ?? {};
  if (status !== 200 || typeof body !== 'object' || body === null || Array.isArray(body)) return false;
  return Object.keys(body).some((name) => name.toLowerCase() === service.toLowerCase());
}
