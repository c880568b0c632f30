// Preloaded into a program: at its first words on stdout, says on stderr what it has loaded by then.
const { registerHooks } = process.getBuiltinModule("node:module");
const { writeSync } = process.getBuiltinModule("node:fs");

const files = [];
registerHooks({
  load: (url, context, next) => {
    files.push(url);
    return next(url, context);
  },
});
const { write } = process.stdout;
process.stdout.write = (...rest) => {
  process.stdout.write = write;
  writeSync(2, `${JSON.stringify({ files, builtins: process.moduleLoadList })}\n`);
  return write.apply(process.stdout, rest);
};
