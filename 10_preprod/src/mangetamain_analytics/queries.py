"""Every SQL statement of the app. `$name` is a parameter, bound by DuckDB."""

COURSES = """
SELECT DISTINCT course FROM read_parquet($recipes) ORDER BY course
"""

YEARS = """
SELECT year(min(submitted)), year(max(submitted)) FROM read_parquet($recipes)
"""

RECIPES_PER_MONTH = """
SELECT month(submitted) AS month, count(*) AS recipes
FROM read_parquet($recipes)
WHERE year(submitted) BETWEEN $first_year AND $last_year
  AND list_contains($courses, course)
GROUP BY month
ORDER BY month
"""
