import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readStageFile } from '../../deploy/stage-file.ts';
import { parseRecordName } from '../../src/domain/record-name.ts';
import { parseZoneId } from '../../src/domain/zone.ts';
import { keyOf } from './kept-names.ts';

/** The stages of this repository, by the names of their files. */
export const stagesOfRepository = (): readonly string[] =>
  readdirSync(fileURLToPath(new URL('../../stages', import.meta.url))).flatMap((file) =>
    file.endsWith('.yml') ? [file.slice(0, -'.yml'.length)] : [],
  );

/**
 * The names that stages have, by `keyOf`, each with the path of the stage that has it. What else is right or wrong in a stage's file does not matter here.
 *
 * @throws StageError for a file that cannot be read: nobody knows which names it has.
 */
export function namesInStages(
  stages: readonly string[] = stagesOfRepository(),
  readFile?: (path: string) => string,
): ReadonlyMap<string, string> {
  const entries = stages.flatMap((stage) => {
    const { records, parameters, path } = readStageFile(stage, readFile);
    return (Array.isArray(records) ? records : []).flatMap((record) => {
      const name = parseRecordName(String(record?.name ?? ''));
      const zoneId = parseZoneId(String(record?.zoneId ?? parameters['hostedZoneId'] ?? ''));
      return name && zoneId ? [[keyOf({ zoneId, name }), path] as const] : [];
    });
  });
  return new Map(entries);
}
