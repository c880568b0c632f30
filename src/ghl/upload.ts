import { fail, ok, type Result } from "../core/result.ts";
import type { GhlCall } from "./call.ts";
import type { Operation } from "./catalog/operation.ts";
import { isPlainObject } from "./coerce-value.ts";
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
/** GoHighLevel's limit for media; what it takes of video beyond this would have to be streamed. */
const MAX_BYTES = 25 * MEGABYTE;
const MAX_BYTES_OF: Readonly<Record<string, number>> = {
  "forms.upload-to-custom-fields": 50 * MEGABYTE,
};

type Values = Readonly<Record<string, unknown>>;

/** What one body's files are read with. */
interface Reading {
  readonly files?: FileSource;
  readonly signal?: AbortSignal;
  /** Bytes that the files of the body may still have together. */
  leftBytes: number;
  readonly maxBytes: number;
}

/** The body with an empty file in the place of each file, for checking all the rest first. */
export const withoutFiles = (operation: Operation, body: unknown): unknown =>
  takesFiles(operation, body) ? mapFiles(body, () => new File([], "file")) : body;

/**
 * The body with the bytes of its files, which base64 or a URL gave. Fails with `invalid_parameter` for
 * a file that is malformed, too large or cannot be had; nothing is sent then.
 */
export const readFiles = async (
  deps: { readonly files?: FileSource },
  operation: Operation,
  { body, signal }: Pick<GhlCall, "body" | "signal">,
): Promise<Result<unknown, GhlFailure>> => {
  if (!takesFiles(operation, body)) return ok(body);
  const maxBytes = MAX_BYTES_OF[operation.id] ?? MAX_BYTES;
  const reading: Reading = {
    ...deps,
    ...(signal !== undefined && { signal }),
    leftBytes: maxBytes,
    maxBytes,
  };
  const read = new Map<UploadFile, File>();
  for (const [name, value] of Object.entries(body)) {
    for (const member of Array.isArray(value) ? value : [value]) {
      if (!isUploadFile(member)) continue;
      const file = await readFile(reading, name, member);
      if (!file.ok) return file;
      reading.leftBytes -= file.value.size;
      read.set(member, file.value);
    }
  }
  return ok(mapFiles(body, (file) => read.get(file)));
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

const decodeFile = (
  { leftBytes, maxBytes }: Reading,
  name: string,
  { base64, fileName = "file", contentType = "application/octet-stream" }: UploadFile,
): Result<File, GhlFailure> => {
  const text = (base64 ?? "").replaceAll(/[\r\n]/gu, "");
  if (text.length * 0.75 > leftBytes + 2) return tooLarge(name, maxBytes);
  if (text === "" || text.length % 4 === 1 || !/^[\w+/-]+={0,2}$/u.test(text)) {
    return refuse(name, 'has a "base64" that is empty or no base64');
  }
  const bytes = Buffer.from(text, "base64");
  if (bytes.byteLength > leftBytes) return tooLarge(name, maxBytes);
  return ok(new File([bytes], fileName, { type: contentType }));
};

const fetchFile = async (
  { files, signal, leftBytes, maxBytes }: Reading,
  name: string,
  { url, fileName, contentType }: UploadFile & { readonly url: string },
): Promise<Result<File, GhlFailure>> => {
  if (files === undefined) return refuse(name, 'cannot be fetched here; give it as "base64"');
  if (!URL.canParse(url)) return refuse(name, 'has a "url" that is no URL');
  const target = new URL(url);
  const fetched = await files.fetchFile(target, {
    maxBytes: leftBytes,
    ...(signal !== undefined && { signal }),
  });
  if (!fetched.ok) {
    const { kind } = fetched.failure;
    if (kind === "aborted") return fail({ kind });
    return kind === "too_large" ? tooLarge(name, maxBytes) : refuse(name, PROBLEMS[kind]);
  }
  const type = contentType ?? fetched.value.contentType ?? "application/octet-stream";
  const file = new File([fetched.value.bytes], fileName ?? nameFrom(target), { type });
  return ok(file);
};

const tooLarge = (name: string, maxBytes: number): Result<never, GhlFailure> =>
  refuse(name, `is larger than the ${maxBytes / MEGABYTE} MB that an upload may have in all`);

const PROBLEMS = {
  forbidden: "must be at an https URL on the public internet",
  refused: "is not given out at its URL",
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
