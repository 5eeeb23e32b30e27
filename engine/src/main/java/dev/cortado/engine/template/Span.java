package dev.cortado.engine.template;

/**
 * A run of output with one origin. Trusted text was written by the template itself or is one of the
 * {@linkplain TemplateOptions#trustedVariables() trusted variables}; everything else came out of a variable such as
 * {@code messages}, whatever filters and concatenations it went through. Control tokens belong only into trusted text:
 * a tokenizer looks for them there, so nothing a user writes becomes one. Numbers and booleans count as trusted: their
 * digits spell no control token.
 */
public record Span(String text, boolean trusted) {}
