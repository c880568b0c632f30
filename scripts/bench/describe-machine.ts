import { execFileSync } from "node:child_process";
import { cpus } from "node:os";

/** Where and of what figures were taken. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly node: string;
  /** `2026-01-31`. */
  readonly date: string;
  readonly commit: string;
}

/** Describes this machine and the state of the repository. */
export const describeMachine = (): Machine => {
  const all = cpus();
  return {
    cpu: all[0]?.model.trim() ?? "unknown",
    cores: all.length,
    node: process.versions.node,
    date: new Date().toISOString().slice(0, 10),
    commit: describeCommit(),
  };
};

const describeCommit = (): string => {
  try {
    const git = (...words: string[]): string =>
      execFileSync("git", words, { encoding: "utf8" }).trim();
    return (
      git("rev-parse", "--short", "HEAD") +
      (git("status", "--porcelain", "src") === "" ? "" : " and changes")
    );
  } catch {
    return "no commit";
  }
};
