// What serverless.yml takes from the file of the stage. Serverless loads CommonJS only.
const refuse = require('./refuse.cjs');
// Not tsx's own `require`, which compiles all anew each time: it gives the files other names, so its cache has none of them.
const unregister = require('tsx/cjs/api').register();
const { readDeployment } = require('./deployment.ts');
const { readStageFile, StageError, withParameters } = require('./stage-file.ts');
unregister();

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
