/** Cortado's models behind LangChain4j's interfaces. */
@NullMarked
package dev.cortado.langchain4j;

import org.jspecify.annotations.NullMarked;
