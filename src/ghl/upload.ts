import { setImmediate } from "node:timers/promises";
import { createPace } from "../core/pace.ts";
import { fail, ok, type Result } from "../core/result.ts";
import type { GhlCall } from "./call.ts";
import type { Operation } from "./catalog/operation.ts";
import { isPlainObject } from "./coerce-value.ts";
import { decodeBase64 } from "./decode-base64.ts";
import type { GhlFailure } from "./errors.ts";
import type { FetchFileFailure, FileSource } from "../core/file-source.ts";

/**
 * A file as a caller names it in the body of an upload: its bytes in base64, or the https URL to fetch
 * it from.
 */
export type UploadFile = (
  | { readonly base64: string; readonly url?: never }
  | { readonly url: string; readonly base64?: never }
) & {
  readonly fileName?: string;
  readonly contentType?: string;
};

const MEGABYTE = 1024 * 1024;

/**
 * What GoHighLevel takes: the specs of the media library (25 MB, 500 MB for a video) and of the forms
 * (50 MB); the rest, which say nothing, are held to the least of these.
 */
export const UPLOAD_LIMITS = {
  usualBytes: 25 * MEGABYTE,
  videoBytes: 500 * MEGABYTE,
  formBytes: 50 * MEGABYTE,
} as const;

const VIDEO_LIBRARY = "medias.upload-media-content";
const FORM_FILES = "forms.upload-to-custom-fields";

/** The most bytes that all files of a call may have, the largest of them being of this type. */
const maxBytesOf = ({ id }: Operation, contentType: string | undefined): number => {
  if (id === FORM_FILES) return UPLOAD_LIMITS.formBytes;
  const isVideo = contentType?.toLowerCase().startsWith("video/") === true;
  return id === VIDEO_LIBRARY && isVideo ? UPLOAD_LIMITS.videoBytes : UPLOAD_LIMITS.usualBytes;
};

type Values = Readonly<Record<string, unknown>>;

/** What one body's files are read with. */
interface Reading {
  readonly operation: Operation;
  readonly files?: FileSource;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  /** Bytes of the files that were read. */
  usedBytes: number;
  readonly releases: (() => Promise<void>)[];
}

/** A body whose files can be sent. */
export interface ReadBody {
  readonly body: unknown;
  /** Gives up the places where large files are kept; to be called once the call is over. */
  release(): Promise<void>;
}

/** The body with an empty file in the place of each file, for checking all the rest first. */
export const withoutFiles = (operation: Operation, body: unknown): unknown =>
  takesFiles(operation, body) ? mapFiles(body, () => new File([], "file")) : body;

/**
 * The body with the bytes of its files, which base64 or a URL gave, or the caller as `Blob`s. Fails with
 * `invalid_parameter` for a file that is malformed, too large or cannot be had; nothing is sent then.
 */
export const readFiles = async (
  deps: { readonly files?: FileSource },
  operation: Operation,
  { body, signal, timeoutMs }: Pick<GhlCall, "body" | "signal"> & { readonly timeoutMs?: number },
): Promise<Result<ReadBody, GhlFailure>> => {
  if (!takesFiles(operation, body)) return ok({ body, release: () => Promise.resolve() });
  const reading: Reading = {
    operation,
    ...deps,
    ...(signal !== undefined && { signal }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    usedBytes: 0,
    releases: [],
  };
  const release = async (): Promise<void> => {
    for (const one of reading.releases.splice(0)) await one();
  };
  try {
    const read = await readMembers(reading, body);
    if (read.ok) return ok({ body: read.value, release });
    await release();
    return read;
  } catch (error) {
    await release();
    throw error;
  }
};

const readMembers = async (reading: Reading, body: Values): Promise<Result<Values, GhlFailure>> => {
  const read = new Map<UploadFile, Blob>();
  for (const [name, value] of Object.entries(body)) {
    for (const member of Array.isArray(value) ? value : [value]) {
      const file = await readMember(reading, name, member);
      if (file === undefined) continue;
      if (!file.ok) return file;
      reading.usedBytes += file.value.size;
      if (isUploadFile(member)) read.set(member, file.value);
    }
  }
  return ok(mapFiles(body, (file) => read.get(file)));
};

/** The file that a member of the body is or names; undefined where it is something else. */
const readMember = async (
  reading: Reading,
  name: string,
  member: unknown,
): Promise<Result<Blob, GhlFailure> | undefined> => {
  if (isUploadFile(member)) return readFile(reading, name, member);
  if (!(member instanceof Blob)) return undefined;
  const maxBytes = maxBytesOf(reading.operation, member.type);
  return reading.usedBytes + member.size > maxBytes ? tooLarge(name, maxBytes) : ok(member);
};

const takesFiles = ({ body }: Operation, given: unknown): given is Values =>
  body?.contentType === "multipart/form-data" && isPlainObject(given);

const isUploadFile = (value: unknown): value is UploadFile =>
  isPlainObject(value) &&
  (typeof value["base64"] === "string") !== (typeof value["url"] === "string");

const mapFiles = (body: Values, toFile: (file: UploadFile) => unknown): Values => {
  const map = (value: unknown): unknown => (isUploadFile(value) ? toFile(value) : value);
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map(map) : map(value),
    ]),
  );
};

const refuse = (parameter: string, problem: string): Result<never, GhlFailure> =>
  fail({ kind: "invalid_parameter", parameter, problem });

const readFile = async (
  reading: Reading,
  name: string,
  file: UploadFile,
): Promise<Result<File, GhlFailure>> => {
  const { fileName, contentType } = file;
  if (contentType !== undefined && !/^[\w.+-]+\/[\w.+-]+$/u.test(contentType)) {
    return refuse(name, 'has a "contentType" that is no media type, such as "image/png"');
  }
  if (fileName !== undefined && !isFileName(fileName)) {
    return refuse(name, 'has a "fileName" that is no plain file name of at most 200 characters');
  }
  return file.url === undefined
    ? decodeFile(reading, name, file)
    : fetchFile(reading, name, { ...file, url: file.url });
};

const isFileName = (value: string): boolean => /^[^/\\\p{Cc}"]{1,200}$/u.test(value);

const decodeFile = async (
  { operation, usedBytes }: Reading,
  name: string,
  { base64, fileName = "file", contentType = "application/octet-stream" }: UploadFile,
): Promise<Result<File, GhlFailure>> => {
  // Text is in memory as a whole: a video goes up from a URL or as a Blob.
  const maxBytes = Math.min(
    maxBytesOf(operation, contentType),
    operation.id === VIDEO_LIBRARY ? UPLOAD_LIMITS.usualBytes : Number.POSITIVE_INFINITY,
  );
  const leftBytes = maxBytes - usedBytes;
  // Long text was parsed in pieces, just now, which the first look at it joins: that has a turn for itself.
  await setImmediate();
  const text = withoutLineBreaks(base64 ?? "");
  await setImmediate();
  if (text.length * 0.75 > leftBytes + 2) return tooLarge(name, maxBytes);
  const bytes = await decodeBase64(text);
  if (bytes === undefined) return refuse(name, 'has a "base64" that is empty or no base64');
  if (bytes.byteLength > leftBytes) return tooLarge(name, maxBytes);
  return ok(new File(await toParts(bytes), fileName, { type: contentType }));
};

/** Megabytes of text are looked through for a sign in a moment, and for a pattern in several milliseconds. */
const withoutLineBreaks = (text: string): string =>
  text.includes("\n") || text.includes("\r") ? text.replaceAll(/[\r\n]/gu, "") : text;

/** A file copies the bytes that it is made of, but not other blobs: so the copy is made in steps. */
const toParts = async (bytes: Buffer<ArrayBuffer>): Promise<Blob[]> => {
  const pace = createPace();
  const parts: Blob[] = [];
  for (let at = 0; at < bytes.byteLength; at += PART_BYTES) {
    parts.push(new Blob([bytes.subarray(at, at + PART_BYTES)]));
    await pace();
  }
  return parts;
};

const PART_BYTES = 512 * 1024;

const fetchFile = async (
  { operation, files, signal, timeoutMs, usedBytes, releases }: Reading,
  name: string,
  { url, fileName, contentType }: UploadFile & { readonly url: string },
): Promise<Result<File, GhlFailure>> => {
  if (files === undefined) return refuse(name, 'cannot be fetched here; give it as "base64"');
  if (!URL.canParse(url)) return refuse(name, 'has a "url" that is no URL');
  const target = new URL(url);
  let maxBytes = 0;
  const fetched = await files.fetchFile(target, {
    maxBytesOf: (served) => {
      maxBytes = maxBytesOf(operation, contentType ?? served);
      return maxBytes - usedBytes;
    },
    ...(signal !== undefined && { signal }),
    ...(timeoutMs !== undefined && { timeoutMs }),
  });
  if (!fetched.ok) {
    const { kind } = fetched.failure;
    if (kind === "aborted") return fail({ kind });
    return kind === "too_large" ? tooLarge(name, maxBytes) : refuse(name, PROBLEMS[kind]);
  }
  const { content, release } = fetched.value;
  if (release !== undefined) releases.push(release);
  const type = contentType ?? fetched.value.contentType ?? "application/octet-stream";
  return ok(new File([content], fileName ?? nameFrom(target), { type }));
};

const tooLarge = (name: string, maxBytes: number): Result<never, GhlFailure> =>
  refuse(name, `is larger than the ${maxBytes / MEGABYTE} MB that an upload may have in all`);

const PROBLEMS = {
  forbidden: "must be at an https URL on the public internet",
  refused: "is not given out at its URL",
  no_room: "cannot be kept here while it is sent; try again later, or with a smaller file",
  encoded: "comes compressed from its URL, which cannot be measured",
  timeout: "does not come from its URL in time",
  unreachable: "cannot be fetched from its URL",
} as const satisfies Readonly<
  Record<Exclude<FetchFileFailure["kind"], "aborted" | "too_large">, string>
>;

const nameFrom = ({ pathname }: URL): string => {
  const last = pathname.split("/").at(-1) ?? "";
  return isFileName(last) ? last : "file";
};
