/**
 * Milliseconds until the catalog has what an agent says. An agent that reached no server with it, such as one that has
 * just come back, tries again after 15 to 30 seconds (`retryFailIntv` in Consul's agent/ae/ae.go).
 */
export const SYNC_WITHIN = 60_000;
