import { openAsBlob } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { basename, extname } from "node:path";
import { text } from "node:stream/consumers";
import { AppError } from "../core/errors.ts";
import type { NamedText } from "./call-arguments.ts";

/** Splits `name=value`; the value may hold anything. */
export const readNamed = (given: string, option: string): NamedText => {
  const at = given.indexOf("=");
  if (at < 1) throw new AppError("usage", `${option} "${given}" must be name=value`);
  return { name: given.slice(0, at), text: given.slice(at + 1) };
};

/** The JSON of `--body`: written out, in a file as `@path`, or on stdin as `-`. */
export const readBody = async (given: string, stdin: NodeJS.ReadableStream): Promise<unknown> => {
  const source = await readSource(given, stdin);
  try {
    return JSON.parse(source) as unknown;
  } catch (cause) {
    const problem = cause instanceof SyntaxError ? cause.message : "unreadable";
    throw new AppError("usage", `--body is no JSON: ${problem}`, { cause });
  }
};

const readSource = async (given: string, stdin: NodeJS.ReadableStream): Promise<string> => {
  if (given === "-") return text(stdin);
  return given.startsWith("@") ? readFile(given.slice(1), "utf8").catch(refuse("--body")) : given;
};

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  ".csv": "text/csv",
  ".doc": "application/msword",
  ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  ".gif": "image/gif",
  ".jpeg": "image/jpeg",
  ".jpg": "image/jpeg",
  ".mov": "video/quicktime",
  ".mp3": "audio/mpeg",
  ".mp4": "video/mp4",
  ".pdf": "application/pdf",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain",
  ".wav": "audio/wav",
  ".webm": "video/webm",
  ".webp": "image/webp",
  ".zip": "application/zip",
};

/** The file of `--file field=@path`. Its bytes are read only while they are sent. */
export const readUpload = async (
  given: string,
): Promise<{ readonly name: string; readonly file: File }> => {
  const { name, text: value } = readNamed(given, "--file");
  if (!value.startsWith("@")) throw new AppError("usage", `--file "${given}" must be field=@path`);
  const path = value.slice(1);
  const type = MEDIA_TYPES[extname(path).toLowerCase()] ?? "application/octet-stream";
  const found = await stat(path).catch(refuse("--file"));
  if (!found.isFile()) throw new AppError("usage", `--file cannot be read: "${path}" is no file`);
  const blob = await openAsBlob(path, { type });
  return { name, file: new File([blob], basename(path), { type }) };
};

const refuse =
  (option: string) =>
  (cause: unknown): never => {
    const problem = cause instanceof Error ? cause.message : "unreadable";
    throw new AppError("usage", `${option} cannot be read: ${problem}`, { cause });
  };
