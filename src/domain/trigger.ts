/** What Consul told: another answer than before, none that can be believed, or the first such one again. */
export type News = 'change' | 'source-lost' | 'source-back';

/** What woke a pass of the watch window. */
export type Trigger = News | 'addition-due' | 'retry';

/** What made a pass happen: the invocation, or something that the watch window saw. */
export type PassTrigger = 'invocation' | Trigger;
