/** Settings that cannot work. Lists every fault at once; each names its variable. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(
      `${faults.length === 1 ? 'A setting is wrong' : `${faults.length} settings are wrong`}: ${faults.join(' ')}`,
    );
    this.faults = faults;
  }
}
