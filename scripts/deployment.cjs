// What serverless.yml takes from records.json and the stage's parameters. Serverless loads CommonJS only.
const { require: load } = require('tsx/cjs/api');
const { readDeployment } = load('./deployment.ts', __filename);

const names = ['consulAddr', 'hostedZoneId', 'subnetIds', 'securityGroupIds'];

module.exports = async ({ resolveVariable }) => {
  const values = await Promise.all(names.map((name) => resolveVariable(`param:${name}, null`)));
  try {
    return readDeployment(Object.fromEntries(names.map((name, index) => [name, values[index]])));
  } catch (error) {
    // Serverless prints the stack; what helps is the sentences alone.
    error.stack = error.message;
    throw error;
  }
};
