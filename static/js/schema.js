// Draws the schema on its page. Nothing is remembered in the browser, and nothing is fetched from elsewhere.
const place = document.getElementById("schema");

SwaggerUIBundle({
  url: place.dataset.schema,
  domNode: place,
  presets: [SwaggerUIBundle.presets.apis],
  deepLinking: true,
  persistAuthorization: false,
  validatorUrl: null,
});
