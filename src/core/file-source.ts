import type { Result } from "./result.ts";

/** A file that a URL led to. */
export interface FetchedFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly contentType?: string;
}

/** Why a URL gave no file. `forbidden`: it may not be fetched, and no packet was sent to it. */
export interface FetchFileFailure {
  readonly kind:
    | "forbidden"
    | "refused"
    | "too_large"
    | "encoded"
    | "timeout"
    | "aborted"
    | "unreachable";
}

/** Where the files of uploads come from; must be safe with URLs that strangers name. */
export interface FileSource {
  fetchFile(
    url: URL,
    options: { readonly maxBytes: number; readonly signal?: AbortSignal },
  ): Promise<Result<FetchedFile, FetchFileFailure>>;
}
