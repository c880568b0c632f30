import type { Result } from "./result.ts";

/** A file that a URL led to. */
export interface FetchedFile {
  /** Its bytes; those of a large file are read only while they are sent. */
  readonly content: Blob;
  readonly contentType?: string;
  /** Gives up the place where a large file is kept; its content cannot be read after. */
  release?(): Promise<void>;
}

/**
 * Why a URL gave no file. `forbidden`: it may not be fetched, and no packet was sent to it. `no_room`:
 * there is no place to keep it while it is sent, or too many large files are on their way.
 */
export interface FetchFileFailure {
  readonly kind:
    | "forbidden"
    | "refused"
    | "too_large"
    | "encoded"
    | "no_room"
    | "timeout"
    | "aborted"
    | "unreachable";
}

/** How to fetch a file. */
export interface FetchFileOptions {
  /** The most bytes that a file of this media type may have. */
  readonly maxBytesOf: (contentType: string | undefined) => number;
  readonly signal?: AbortSignal;
  /** The most that it may take, where the source has no shorter limit of its own. */
  readonly timeoutMs?: number;
}

/** Where the files of uploads come from; must be safe with URLs that strangers name. */
export interface FileSource {
  fetchFile(url: URL, options: FetchFileOptions): Promise<Result<FetchedFile, FetchFileFailure>>;
}
