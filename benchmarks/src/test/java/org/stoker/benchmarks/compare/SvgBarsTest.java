package org.stoker.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

final class SvgBarsTest {
  private final String svg = SvgBars.of(KnownReport.report());

  @Test
  void theLongerBarOfAPairIsTheSameInAllAndTheOtherInProportion() throws Exception {
    // Two of the legend, then Kafka and Stoker for each of the two figures that are compared.
    assertThat(attributes("rect", "class"))
        .containsExactly("kafka", "stoker", "kafka", "stoker", "kafka", "stoker");
    assertThat(attributes("rect", "width"))
        .containsExactly("12", "12", "240.0", "360.0", "360.0", "270.0");
  }

  @Test
  void saysTheFigureTheUnitTheDirectionAndTheRatio() throws Exception {
    assertThat(texts())
        .contains(
            "Produce 1 KB, <6> partitions",
            "produced",
            "MB/s, more is better",
            "100",
            "150 (1.50×)",
            "broker CPU",
            "s per GB, less is better",
            "4.00",
            "3.00 (0.75×)")
        .doesNotContain("raw fdatasync");
  }

  @Test
  void hasColoursForTheDark() {
    assertThat(svg).contains("@media (prefers-color-scheme: dark)");
  }

  private List<String> attributes(String element, String attribute) throws Exception {
    var values = new ArrayList<String>();
    NodeList found = parsed().getElementsByTagName(element);
    for (int i = 0; i < found.getLength(); i++) {
      values.add(((Element) found.item(i)).getAttribute(attribute));
    }
    return values;
  }

  private List<String> texts() throws Exception {
    var texts = new ArrayList<String>();
    NodeList found = parsed().getElementsByTagName("text");
    for (int i = 0; i < found.getLength(); i++) {
      texts.add(found.item(i).getTextContent());
    }
    return texts;
  }

  private Document parsed() throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
  }
}
