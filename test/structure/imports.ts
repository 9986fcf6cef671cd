// What a file of the programs imports, read from its text.

/** As they stand there, of types and lazy ones too. */
export function importsIn(text: string): string[] {
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, name = '']) => name);
}
