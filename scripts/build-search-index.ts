/**
 * Writes src/ghl/catalog/search/search-index.json: what the search reads, from the words of every
 * operation (src/ghl/catalog/words) and the synonyms.
 *
 *     node scripts/build-search-index.ts
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { renderSearchIndex } from "./catalog/render-search-index.ts";

writeFileSync(
  join(import.meta.dirname, "..", "src/ghl/catalog/search/search-index.json"),
  renderSearchIndex(),
);
