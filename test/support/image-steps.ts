import { execFile } from "node:child_process";
import { cpSync, mkdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** One instruction of a Dockerfile. */
export interface Instruction {
  readonly name: string;
  readonly text: string;
}

/** What a Dockerfile comes to, carried out in a folder in place of a container. */
export interface BuiltImage {
  /** Stands for `/` of the image. */
  readonly root: string;
  readonly env: Readonly<Record<string, string>>;
  readonly workdir: string;
  readonly user: string;
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly healthcheck: readonly string[];
}

/** The instructions of a Dockerfile in their order, comments left out and continued lines joined. */
export const readInstructions = (path: string): readonly Instruction[] =>
  readFileSync(path, "utf8")
    .replaceAll(/^#.*\n/gmu, "")
    .replaceAll(/\\\n\s*/gu, "")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const [, name = "", text = ""] = /^(\w+) (.*)$/u.exec(line) ?? [];
      return { name, text };
    });

/**
 * Carries out the steps of a Dockerfile: each stage in a folder of its own below `base`, with the Node of
 * this process in place of the base image. Throws on an instruction that it does not know, on a COPY from
 * the context that .dockerignore keeps out, and when a step fails.
 */
export const runImageSteps = async (context: string, base: string): Promise<BuiltImage> => {
  const sent = readSent(join(context, ".dockerignore"));
  const stages = new Map<string, Stage>();
  let stage: Stage | undefined;
  for (const { name, text } of readInstructions(join(context, "Dockerfile"))) {
    if (name === "FROM") {
      const [, alias = `stage-${stages.size}`] = / AS (\w+)$/u.exec(text) ?? [];
      stage = openStage(join(base, alias));
      stages.set(alias, stage);
    } else if (stage === undefined) throw new Error(`${name} before FROM`);
    else if (name === "COPY") copy(text, { stage, stages, context, sent });
    else if (name === "RUN") await runStep(text, stage);
    else apply(name, text, stage);
  }
  if (stage === undefined) throw new Error("no FROM");
  return stage;
};

/** A path of the image, or a text with such paths, as it is on this machine. */
const toHostPaths = (text: string, root: string): string =>
  text.replaceAll(/(?<![\w.])\/(?=(?:app|data|opt|usr)(?:[/\s"]|$))/gu, `${root}/`);

interface Stage extends BuiltImage {
  env: Record<string, string>;
  workdir: string;
  user: string;
  entrypoint: readonly string[];
  cmd: readonly string[];
  healthcheck: readonly string[];
}

const openStage = (root: string): Stage => {
  mkdirSync(root, { mode: 0o755 });
  return { root, env: {}, workdir: "/", user: "0", entrypoint: [], cmd: [], healthcheck: [] };
};

/** The entries that a .dockerignore of the form "nothing but …" lets through. */
const readSent = (path: string): ReadonlySet<string> => {
  const lines = readFileSync(path, "utf8").split("\n");
  if (!lines.includes("*")) throw new Error(".dockerignore lets everything through");
  return new Set(lines.filter((line) => line.startsWith("!")).map((line) => line.slice(1)));
};

const copy = (
  text: string,
  at: {
    readonly stage: Stage;
    readonly stages: ReadonlyMap<string, Stage>;
    readonly context: string;
    readonly sent: ReadonlySet<string>;
  },
): void => {
  const words = text.split(" ");
  const from = words[0]?.startsWith("--from=") === true ? words.shift()?.slice(7) : undefined;
  const target = join(at.stage.root, at.stage.workdir, words.pop() ?? "");
  for (const source of words) {
    if (from === undefined && !at.sent.has(source)) {
      throw new Error(`.dockerignore keeps out ${source}`);
    }
    const root = from === undefined ? at.context : at.stages.get(from)?.root;
    if (root === undefined) throw new Error(`no stage ${from}`);
    const isInto = text.endsWith("/");
    cpSync(join(root, source), isInto ? join(target, basename(source)) : target, {
      recursive: true,
      verbatimSymlinks: true,
    });
  }
};

/** Only paths of the image: nothing that a step removes may be this machine's. */
const runStep = async (text: string, stage: Stage): Promise<void> => {
  const isRoot = process.getuid?.() === 0;
  const owned = isRoot ? text : text.replaceAll(/ -[og] 1000/gu, "");
  const command = toHostPaths(owned, stage.root);
  const foreign = command.replaceAll(stage.root, "").match(/ \/(?!app|data|opt|usr)\S*/u);
  if (foreign !== null) throw new Error(`a step names a path beyond the known ones:${foreign[0]}`);
  await run("sh", ["-ec", command], {
    cwd: join(stage.root, stage.workdir),
    env: { ...process.env, ...stage.env },
  });
};

const apply = (name: string, text: string, stage: Stage): void => {
  switch (name) {
    case "WORKDIR":
      stage.workdir = text;
      mkdirSync(join(stage.root, text), { recursive: true });
      return;
    case "ENV":
      for (const pair of text.split(" ")) {
        const [key = "", value = ""] = pair.split(/=(.*)/su);
        stage.env[key] = toHostPaths(value, stage.root);
      }
      return;
    case "USER":
      stage.user = text;
      return;
    case "ENTRYPOINT":
      stage.entrypoint = readArguments(text, stage.root);
      return;
    case "CMD":
      stage.cmd = readArguments(text, stage.root);
      return;
    case "HEALTHCHECK":
      stage.healthcheck = readArguments(text.slice(text.indexOf("[")), stage.root);
      return;
    case "VOLUME":
    case "EXPOSE":
      return;
    default:
      throw new Error(`no equivalent for ${name}`);
  }
};

/** The exec form is JSON; the shell form, which would hide signals from the server, does not parse. */
const readArguments = (text: string, root: string): readonly string[] => {
  const words = JSON.parse(text) as readonly string[];
  return words.map((word) => toHostPaths(word, root));
};
