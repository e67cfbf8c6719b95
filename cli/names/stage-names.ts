import { isStageName, ownFilesIn, readStageFile, StageError } from '../../deploy/stage-file.ts';
import { parseRecordName } from '../../src/domain/record-name.ts';
import { parseZoneId } from '../../src/domain/zone.ts';
import { keyOf } from './kept-names.ts';

/** The stages of this repository, by the names of their files. */
export const stagesOfRepository = (): readonly string[] => stagesAmong(ownFilesIn('stages'));

/** The stages among files. One that no stage can be named after, such as a backup of an editor, is none. */
export const stagesAmong = (files: readonly string[]): readonly string[] =>
  files
    .filter((file) => file.endsWith('.yml'))
    .map((file) => file.slice(0, -'.yml'.length))
    .filter(isStageName);

/**
 * The names that stages have, by `keyOf`, each with the path of the stage that has it. What else is right or wrong in a stage's file does not matter here.
 *
 * @throws StageError for a file that cannot be read, or does not say of each record its name and zone: nobody knows which
 *   names that stage has.
 */
export function namesInStages(
  stages: readonly string[] = stagesOfRepository(),
  readFile?: (path: string) => string,
): ReadonlyMap<string, string> {
  const entries = stages.flatMap((stage) => {
    const { records, parameters, path } = readStageFile(stage, readFile);
    if (!Array.isArray(records))
      throw new StageError([`${path} has no list of records, so which names it has is not known.`]);
    return records.map((record, index) => {
      const name = parseRecordName(String(record?.name ?? ''));
      const zoneId = parseZoneId(String(record?.zoneId ?? parameters['hostedZoneId'] ?? ''));
      if (!name || !zoneId)
        throw new StageError([
          `${path} does not say of records[${index}] which name in which zone it is: give its name, and hostedZoneId.`,
        ]);
      return [keyOf({ zoneId, name }), path] as const;
    });
  });
  return new Map(entries);
}
