// Shows the OpenAPI document of this service. Keys typed here stay in the page's memory.
SwaggerUIBundle({
  dom_id: "#reference",
  url: document.getElementById("reference").dataset.schema,
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  persistAuthorization: false,
  validatorUrl: null,
});
