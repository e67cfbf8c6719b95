/**
 * Ends the command with these sentences and nothing else: Serverless would set them in its own environment, the name of
 * a file and a stack.
 */
module.exports = function refuse(sentences) {
  process.stderr.write(`${sentences.join('\n')}\n`);
  process.exit(1);
};
