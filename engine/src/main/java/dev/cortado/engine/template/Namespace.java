package dev.cortado.engine.template;

import java.util.LinkedHashMap;
import java.util.Map;

/** {@code namespace(...)}: the one object whose attributes a template may assign. */
final class Namespace {
    final Map<String, Object> attributes = new LinkedHashMap<>();
}
