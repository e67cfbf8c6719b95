/**
 * Milliseconds for whatever must happen, be it the start of a program. Nothing takes so long: it is the point at which
 * a busy machine, too, has had its time. The longest wait on an idle one is for a blocking query at a Consul server that
 * was cut off, which ends by its time-out, about 14 s.
 */
export const DEADLINE = 60_000;
