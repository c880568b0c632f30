// Keeps compiled code between starts, which halves what a start costs.
const { lstatSync, mkdirSync, realpathSync } = process.getBuiltinModule("node:fs");
const { enableCompileCache } = process.getBuiltinModule("node:module");
const { homedir } = process.getBuiltinModule("node:os");
const { dirname, isAbsolute, join } = process.getBuiltinModule("node:path");

/**
 * Lets Node keep compiled code in the cache folder of the user. Node runs what it finds there without a
 * look at the source, so a folder in which anyone else could write is never used, the shared /tmp
 * above all. Whatever is in the way: the start goes on without. NODE_COMPILE_CACHE goes first.
 */
export const useCompileCache = () => {
  if (process.env.NODE_COMPILE_CACHE !== undefined) return;
  try {
    const folder = join(findCacheFolder(), "ghl-mcp", "compiled");
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (isPrivate(folder)) enableCompileCache(folder);
  } catch {
    // No home, a disk that is full or read-only: only slower.
  }
};

const findCacheFolder = () => {
  const { XDG_CACHE_HOME: given, LOCALAPPDATA: local } = process.env;
  if (process.platform === "win32") return local ?? join(homedir(), "AppData", "Local");
  if (process.platform === "darwin") return join(homedir(), "Library", "Caches");
  return given !== undefined && isAbsolute(given) ? given : join(homedir(), ".cache");
};

/** Whether the folder is ours alone to write, and none above it lets others put another in its place. */
const isPrivate = (folder) => {
  // Windows has no such bits; its folder of local data belongs to the user.
  if (process.platform === "win32") return true;
  const user = process.getuid();
  const own = lstatSync(folder);
  if (!own.isDirectory() || own.uid !== user || (own.mode & 0o022) !== 0) return false;
  let path = realpathSync(folder);
  while (path !== dirname(path)) {
    path = dirname(path);
    const { mode, uid } = lstatSync(path);
    // Below a sticky folder, as /tmp is, only the owner of an entry can replace it.
    if ((uid !== user && uid !== 0) || ((mode & 0o022) !== 0 && (mode & 0o1000) === 0))
      return false;
  }
  return true;
};
