/** Metrics of several threads as those of one: Prometheus text (exposition format 0.0.4) is read, added sample by sample, and written. */

interface Family {
  readonly help: string;
  readonly type: string;
  /** By name and labels, as they are written. */
  readonly samples: Map<string, number>;
}

/** Metrics by name, in the order that they are written in. */
export type MetricSums = Map<string, Family>;

/** Reads what `Metrics.render` writes. */
export function readMetrics(text: string): MetricSums {
  const sums: MetricSums = new Map();
  let help = "";
  let family: Family | null = null;
  for (const line of text.split("\n")) {
    const [hash, keyword, name = "", ...rest] = line.split(" ");
    if (hash === "#" && keyword === "HELP") help = rest.join(" ");
    else if (hash === "#" && keyword === "TYPE") {
      family = { help, type: rest.join(" "), samples: new Map() };
      sums.set(name, family);
    } else if (line !== "") {
      const split = line.lastIndexOf(" ");
      family?.samples.set(line.slice(0, split), Number(line.slice(split + 1)));
    }
  }
  return sums;
}

/** Adds metrics to others. */
export function addMetrics(sums: MetricSums, more: MetricSums): void {
  for (const [name, { help, type, samples }] of more) {
    const family = sums.get(name) ?? { help, type, samples: new Map<string, number>() };
    sums.set(name, family);
    for (const [sample, value] of samples) family.samples.set(sample, (family.samples.get(sample) ?? 0) + value);
  }
}

/** What is left of a thread that is gone: what it counted, not what it had. */
export function counted(metrics: MetricSums): MetricSums {
  return new Map([...metrics].filter(([, { type }]) => type !== "gauge"));
}

export function writeMetrics(sums: MetricSums): string {
  const lines: string[] = [];
  for (const [name, { help, type, samples }] of sums) {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
    for (const [sample, value] of samples) lines.push(`${sample} ${value}`);
  }
  return `${lines.join("\n")}\n`;
}
