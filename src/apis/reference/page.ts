/** The page that shows the OpenAPI document. Paths are absolute, as it is served with and without a final slash. */
export const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>KeyForge API reference</title>
    <link rel="stylesheet" href="/reference/swagger-ui.css">
    <link rel="icon" type="image/png" href="/reference/favicon-32x32.png">
    <style>body { margin: 0 }</style>
  </head>
  <body>
    <div id="reference"></div>
    <script src="/reference/swagger-ui-bundle.js"></script>
    <script src="/reference/reference.js"></script>
  </body>
</html>
`;

/** Without a validator: its badge would send the document's address to somebody else. */
export const SCRIPT = `SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#reference',
  deepLinking: true,
  docExpansion: 'none',
  showExtensions: true,
  validatorUrl: null,
});
`;
