// What serverless.yml takes from the file of the stage. Serverless loads CommonJS only.
const { require: load } = require('tsx/cjs/api');
const refuse = require('./refuse.cjs');
const { readDeployment } = load('./deployment.ts', __filename);
const { readStageFile, StageError, withParameters } = load('./stage-file.ts', __filename);

module.exports = async ({ options, resolveVariable }) => {
  const given = options.param ?? [];
  const malformed = given.filter((text) => !/^[^=]+=./.test(text));
  if (malformed.length > 0)
    refuse(malformed.map((text) => `--param="${text}" is not of the form --param="name=value".`));
  const [name, stage] = await Promise.all([resolveVariable('self:service'), resolveVariable('sls:stage')]);
  const parameters = given.map((text) => [
    text.slice(0, text.indexOf('=')),
    text.slice(text.indexOf('=') + 1),
  ]);
  try {
    const file = withParameters(readStageFile(stage), Object.fromEntries(parameters), '--param');
    // Serverless deploys there, whatever serverless.yml says.
    const region = options.region ? { region: options.region } : {};
    return readDeployment(withParameters(file, region, '--region'), { service: `${name}-${stage}`, stage });
  } catch (error) {
    if (!(error instanceof StageError)) throw error;
    return refuse([error.message]);
  }
};
