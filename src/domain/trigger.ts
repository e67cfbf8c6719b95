/** What Consul told: another answer than before, none that can be believed, or the first such one again. */
export type News = 'change' | 'source-lost' | 'source-back';

/**
 * What woke a pass of the loop: the first answer of the invocation, news, or that it is time for what had to wait (an
 * addition that comes too often, a retry of what failed, what was beyond Route 53's limits) or was held, for a look at the
 * zone, or that a change was so long on its way that Consul was asked again.
 */
export type Trigger =
  | 'invocation'
  | News
  | 'addition-due'
  | 'hold-over'
  | 'retry'
  | 'paced'
  | 'look'
  | 'slow-change';
