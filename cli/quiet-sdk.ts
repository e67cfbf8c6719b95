/**
 * Keeps the AWS SDK from writing about the version of Node.js before our own first line. Imported for its effect, and
 * before anything that loads the SDK. The Lambda runs on another version than a developer's shell.
 */
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
