/** Settings that cannot work. Lists every problem at once; each names its variable. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      `${problems.length === 1 ? 'A setting is wrong' : `${problems.length} settings are wrong`}: ${problems.join(' ')}`,
    );
    this.problems = problems;
  }
}
