/** Reads the pages of reports as texts: enough for markup that this project writes itself, and for nothing else. */

const NAMED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', nbsp: " " };

/** Text of markup with its character references read. */
export function decodeText(markup: string): string {
  return markup.replace(/&(?:#(\d+)|(\w+));/g, (_, code: string | undefined, name: string | undefined) =>
    code === undefined ? (NAMED[name ?? ""] ?? "") : String.fromCodePoint(Number(code)),
  );
}

/** What a page says, one block a line; not what stands in plots, in styles and in the tables of plots' data. */
export function textOfPage(page: string): string {
  const text = page
    .replace(/<(style|svg|head|fieldset)\b[\s\S]*?<\/\1>/g, "")
    .replace(/<div class="scroll"[\s\S]*?<\/div>/g, "")
    .replace(/\s+/g, " ")
    .replace(/<\/?(?:h\d|p|li|ol|ul|tr|caption|dl|div|pre|section|figcaption|details|summary|table)\b[^>]*>/g, "\n")
    .replace(/<\/(?:td|th|dt|dd)>/g, "  ")
    .replace(/<[^>]*>/g, "");
  const lines = decodeText(text)
    .split("\n")
    .map((line) => line.replace(/ {3,}/g, "  ").trim());
  return lines.filter((line) => line !== "").join("\n");
}

/** Every tag, in order. */
export function tagsOf(page: string): readonly string[] {
  return page.match(/<[^>]*>/g) ?? [];
}
