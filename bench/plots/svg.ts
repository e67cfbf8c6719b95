/** Text of an SVG element; `undefined` attributes are left out. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number | undefined>>,
  ...children: readonly string[]
): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${escaped(typeof value === 'number' ? short(value) : (value ?? ''))}"`)
    .join('');
  return children.length > 0 ? `<${name}${written}>${children.join('')}</${name}>` : `<${name}${written}/>`;
}

/** A whole picture, with words for who cannot see it. */
export function picture(
  width: number,
  height: number,
  { title, description }: { readonly title: string; readonly description: string },
  ...children: readonly string[]
): string {
  return `${element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      role: 'img',
      'font-family': 'system-ui, sans-serif',
      'font-size': 12,
    },
    element('title', {}, escaped(title)),
    element('desc', {}, escaped(description)),
    // A page may be dark; the colours are chosen for white.
    element('rect', { width, height, fill: '#ffffff' }),
    ...children,
  )}\n`;
}

export function label(
  x: number,
  y: number,
  content: string,
  attributes: Readonly<Record<string, string | number | undefined>> = {},
): string {
  return element('text', { x, y, fill: '#333333', ...attributes }, escaped(content));
}

export function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

/** Tenths of a pixel are more than anybody sees. */
export function short(value: number): string {
  return String(Math.round(value * 10) / 10);
}
