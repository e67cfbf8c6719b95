// What serverless.yml takes from records.json and the stage's parameters. Serverless loads CommonJS only.
const { require: load } = require('tsx/cjs/api');
const refuse = require('./refuse.cjs');
const { DeploymentError, readDeployment } = load('./deployment.ts', __filename);
const { NAMES: names } = load('./parameters.ts', __filename);

module.exports = async ({ options, resolveVariable }) => {
  const given = options.param ?? [];
  const malformed = given.filter((text) => !/^[^=]+=./.test(text));
  if (malformed.length > 0)
    refuse(malformed.map((text) => `--param="${text}" is not of the form --param="name=value".`));
  const [service, stage, file, ...values] = await Promise.all([
    resolveVariable('self:service'),
    resolveVariable('sls:stage'),
    // Whole, so that a misspelt parameter in it is found.
    resolveVariable('self:params.default, null'),
    ...names.map((name) => resolveVariable(`param:${name}, null`)),
  ]);
  // For the same reason, each that was given on the command line; what those below are, Serverless knows better.
  const parameters = { ...file, ...Object.fromEntries(given.map((text) => [text.split('=', 1)[0], text])) };
  names.forEach((name, index) => {
    if (values[index] !== null) parameters[name] = values[index];
  });
  // Serverless deploys there, whatever serverless.yml says.
  if (options.region) parameters.region = options.region;
  try {
    return readDeployment(parameters, `${service}-${stage}`);
  } catch (error) {
    if (!(error instanceof DeploymentError)) throw error;
    return refuse([error.message]);
  }
};
