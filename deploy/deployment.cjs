// What serverless.yml takes from records.json and the stage's parameters. Serverless loads CommonJS only.
const { require: load } = require('tsx/cjs/api');
const { readDeployment } = load('./deployment.ts', __filename);
const { NAMES: names } = load('./parameters.ts', __filename);

module.exports = async ({ resolveVariable }) => {
  const [service, stage, file, ...values] = await Promise.all([
    resolveVariable('self:service'),
    resolveVariable('sls:stage'),
    // Whole, so that a misspelt parameter in it is found.
    resolveVariable('self:params.default, null'),
    ...names.map((name) => resolveVariable(`param:${name}, null`)),
  ]);
  const parameters = { ...file };
  names.forEach((name, index) => {
    if (values[index] !== null) parameters[name] = values[index];
  });
  try {
    return readDeployment(parameters, `${service}-${stage}`);
  } catch (error) {
    // Serverless prints the stack; what helps is the sentences alone.
    error.stack = error.message;
    throw error;
  }
};
