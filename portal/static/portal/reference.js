// Shows the OpenAPI document of this service. Keys typed here stay in the page's memory.
SwaggerUIBundle({
  dom_id: "#reference",
  url: document.getElementById("reference").dataset.schema,
  // A link within the button that unfolds an operation is one too many for a screen reader.
  deepLinking: false,
  // Folded by subject: the list of all operations is longer than anybody reads, and unfolded at
  // once Swagger UI leaves out what comes after the first hundred.
  docExpansion: "none",
  defaultModelsExpandDepth: 0,
  persistAuthorization: false,
  validatorUrl: null,
  onComplete: () => {
    document.querySelector(".information-container").setAttribute("role", "banner");
    document
      .querySelectorAll("h3.opblock-tag, section.models h4")
      .forEach((heading) => heading.setAttribute("aria-level", "2"));
  },
});
