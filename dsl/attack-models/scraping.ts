/**
 * `scraping`: every object of a catalogue is read, page by page, at an even pace day and night.
 *
 * | parameter | realistic values and their source |
 * |---|---|
 * | `rate` | Netacea took more than 10 G requests a day, 84 % of the traffic, from one product API; a look-to-book ratio of 1,000:1 is an ordinary contract (Imperva) |
 * | `sources` | 16,402 autonomous systems, the largest 3 % of the traffic (DataDome, 2026); a small shop meets hundreds of proxies |
 * | `objects` | the whole catalogue: coverage goes to 1 and each object is read once a pass (OWASP OAT-011) |
 * | `stray` | a share read out of order, which tools add to hide a walk |
 */
export const SCRAPING = {
  name: "scraping",
  threats: ["OAT-011", "API6"],
  about: "Reads every object of a catalogue, in order and at an even pace.",
  target: "only",
  clients: "optional",
  sources: 200,
  rate: { count: 20, perMicros: 1_000_000 },
  parameters: {
    objects: {
      type: "int",
      default: 10_000,
      least: 1,
      about: "objects of the catalogue; after the last it begins anew",
    },
    stray: { type: "percent", default: 10, about: "share of reads that go to any object instead of the next" },
    listing: { type: "route", default: null, about: "a route of lists, read once for every page of objects" },
    page: { type: "int", default: 20, least: 1, about: "objects of one page of `listing`" },
  },
} as const;
