import type { Result } from "../../core/result.ts";

/** Fetches a document from the public internet and nowhere else: addresses pinned, no redirects. */
export interface DocumentFetcher {
  /** A failure of the kind `forbidden` means that the target must not be asked at all. */
  fetch(
    url: URL,
    signal?: AbortSignal,
  ): Promise<Result<FetchedDocument, { readonly kind: string }>>;
}

/** An answer of any status. Header names are lower case. */
export interface FetchedDocument {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
