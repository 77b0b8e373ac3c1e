import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import ts from 'typescript';

/** One import, export-from or dynamic import of a file. */
export interface Import {
  /** Path from the repository's root with the `.ts` ending for relative imports, the bare specifier for others. */
  readonly target: string;
  readonly isPackage: boolean;
  /** Written as `import type`: gone at run time. */
  readonly isTypeOnly: boolean;
}

export interface SourceFile {
  /** From the repository's root, with forward slashes. */
  readonly path: string;
  readonly imports: readonly Import[];
  /** The source with comments and the texts of strings blanked, lines kept. */
  readonly code: string;
  readonly lineCount: number;
}

const SOURCE_FOLDERS = ['src', 'projections', 'migrations', 'test', 'bench'];

function resolveTarget(from: string, specifier: string, isTypeOnly: boolean): Import {
  const isPackage = !specifier.startsWith('.');
  const path = isPackage ? specifier : normalize(join(dirname(from), specifier)).replace(/\.js$/, '.ts');
  return { target: path, isPackage, isTypeOnly };
}

/** Whether nothing is left of an import or re-export at run time. */
function isTypeOnly(node: ts.ImportDeclaration | ts.ExportDeclaration): boolean {
  if (ts.isExportDeclaration(node)) return node.isTypeOnly;
  const clause = node.importClause;
  if (!clause) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const bindings = clause.namedBindings;
  if (clause.name || !bindings || !ts.isNamedImports(bindings)) return false;
  return bindings.elements.every((element) => element.isTypeOnly);
}

function importOf(path: string, node: ts.Node): Import | null {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
    const specifier = node.moduleSpecifier;
    return specifier && ts.isStringLiteral(specifier)
      ? resolveTarget(path, specifier.text, isTypeOnly(node))
      : null;
  }
  if (!ts.isCallExpression(node)) return null;
  const isRequire = ts.isIdentifier(node.expression) && node.expression.text === 'require';
  if (!isRequire && node.expression.kind !== ts.SyntaxKind.ImportKeyword) return null;
  const [specifier] = node.arguments;
  return specifier && ts.isStringLiteralLike(specifier) ? resolveTarget(path, specifier.text, false) : null;
}

const TEXT_KINDS = new Set([
  ts.SyntaxKind.StringLiteral,
  ts.SyntaxKind.NoSubstitutionTemplateLiteral,
  ts.SyntaxKind.TemplateHead,
  ts.SyntaxKind.TemplateMiddle,
  ts.SyntaxKind.TemplateTail,
  ts.SyntaxKind.RegularExpressionLiteral,
]);

const keepLines = (text: string): string => text.replace(/[^\n]/g, ' ');

/** Reads a source text with the compiler's own parser. */
export function scan(path: string, text: string): SourceFile {
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
  const imports: Import[] = [];
  let code = '';
  const visit = (node: ts.Node): void => {
    if (node.kind >= ts.SyntaxKind.FirstJSDocNode && node.kind <= ts.SyntaxKind.LastJSDocNode) return;
    const found = importOf(path, node);
    if (found) imports.push(found);
    const children = node.getChildren(tree);
    for (const child of children) visit(child);
    if (children.length > 0) return;
    // A token: what stands before it is white space and comments.
    const token = text.slice(node.getStart(tree), node.getEnd());
    code += keepLines(text.slice(code.length, node.getStart(tree)));
    code += TEXT_KINDS.has(node.kind) ? keepLines(token) : token;
  };
  visit(tree);
  return { path, imports, code, lineCount: text.split('\n').length - 1 };
}

const isSource = (path: string): boolean => path.endsWith('.ts') && !path.endsWith('.d.ts');

/** Every TypeScript file below the source folders of the repository at `root`. */
export function scanRepository(root: string): SourceFile[] {
  return SOURCE_FOLDERS.filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map(
        (name) => `${folder}/${name}`,
      ),
    )
    .filter(isSource)
    .sort()
    .map((path) => scan(path, readFileSync(join(root, path), 'utf8')));
}
